"""Is my shop large enough to find out?"""

from retention.show import ui
from retention.show.i18n import _

orders = ui.start(_("Plan a test"), _("How small an effect can I see with my customers?"))
ui.finish(())
