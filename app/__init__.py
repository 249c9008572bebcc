"""Obște: the platform on which a town's residents take part in its decisions."""

NAME = "Obște"
VERSION = "0.1.0"
