"""What will the next year bring?"""

from retention.show import ui
from retention.show.i18n import _

orders = ui.start(_("Forecast"), _("What will the next year bring?"))
