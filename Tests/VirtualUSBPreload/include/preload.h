// Nothing is called from here: the library is loaded by LD_PRELOAD.
