from . import ar_dunning
