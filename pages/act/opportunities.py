"""What should I do this week?"""

from retention.show import ui
from retention.show.i18n import _

orders = ui.start(_("Opportunities"), _("What should I do this week, and what is it worth?"))
ui.finish(())
