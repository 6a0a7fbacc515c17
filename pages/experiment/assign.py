"""Who gets it, and who is held back?"""

from retention.show import ui
from retention.show.i18n import _

orders = ui.start(_("Assign a test"), _("Who gets it, and who is held back?"))
ui.finish(())
