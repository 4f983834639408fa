"""XML as a value that table text can say."""

from headroom.compressors.xml_tree.check import says
from headroom.compressors.xml_tree.node import Node, XmlError
from headroom.compressors.xml_tree.read import read_xml
from headroom.compressors.xml_tree.values import Form, value_of_document

__all__ = ["Form", "Node", "XmlError", "read_xml", "says", "value_of_document"]
