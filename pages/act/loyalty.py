"""Would a loyalty programme pay?"""

from retention.show import ui
from retention.show.i18n import _

orders = ui.start(_("Loyalty programme"), _("Would a loyalty programme pay with my customers?"))
ui.finish(())
