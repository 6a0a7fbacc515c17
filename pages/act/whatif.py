"""What if?"""

from retention.show import ui
from retention.show.i18n import _

orders = ui.start(_("What-if"), _("What would next year bring if something changed?"))
ui.finish(())
