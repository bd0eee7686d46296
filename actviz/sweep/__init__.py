"""Sweeps: many points described in a file, computed on all cores, all devices, or a cluster."""
