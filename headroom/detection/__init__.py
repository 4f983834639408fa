"""What kind of text is this?"""

from headroom.detection.detect import RULES, detect, detect_content_type
from headroom.detection.types import ContentType, Detection, Probe

__all__ = ["RULES", "ContentType", "Detection", "Probe", "detect", "detect_content_type"]
