#ifndef CPLATFORM_H
#define CPLATFORM_H

/// The length of a vector of single-precision numbers.
float hypotf(float x, float y);

/// Makes signals such as SIGABRT end this process also when another process has sent them.
///
/// Swift's runtime handles them to print a backtrace, after which only a fault of the program's own would end it.
void end_by_crash_signals(void);

#endif
