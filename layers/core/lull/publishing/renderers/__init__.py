"""One renderer for each public file: snapshot and time of its last change in, bytes out."""
