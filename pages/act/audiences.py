"""Which list do I send?"""

from retention.show import ui
from retention.show.i18n import _

orders = ui.start(_("Audiences"), _("Which list goes to which tool?"))
ui.finish(())
