"""OpenCL: devices, program text, the engine, and the child process that runs it."""
