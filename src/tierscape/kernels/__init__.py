"""Pure numerical kernels: arrays in, arrays out; one algorithm a file. No frames, ids, files or globals."""
