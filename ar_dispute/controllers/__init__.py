from . import ar_dispute_question
