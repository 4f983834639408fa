"""XML as a value that table text can say, and back."""

from headroom.compressors.xml_tree.back import tree_of
from headroom.compressors.xml_tree.node import Node, XmlError
from headroom.compressors.xml_tree.read import read_xml
from headroom.compressors.xml_tree.values import value_of_document

__all__ = ["Node", "XmlError", "read_xml", "tree_of", "value_of_document"]
