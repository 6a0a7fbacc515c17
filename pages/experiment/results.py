"""Did it work?"""

from retention.show import ui
from retention.show.i18n import _

orders = ui.start(_("Results of a test"), _("Did it work, and what was it worth?"))
ui.finish(())
