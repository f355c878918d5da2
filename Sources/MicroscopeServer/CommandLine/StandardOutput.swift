import Glibc

/// Passes on what was printed, so that somebody sees it before the next thing happens.
func flushOutput() { _ = fflush(nil) }
