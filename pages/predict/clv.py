"""What is a customer worth?"""

from retention.show import ui
from retention.show.i18n import _

orders = ui.start(_("Lifetime value"), _("What is a customer worth?"))
