"""Implementations of the ports in `sandbox.ports`: each speaks to one thing outside the control plane."""
