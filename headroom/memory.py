"""Not here: importing it raises ImportError with the reason, see `headroom.absent`."""

from headroom.absent import refuse

refuse("memory")
