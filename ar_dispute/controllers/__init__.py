from . import ar_dispute_question
from . import portal
