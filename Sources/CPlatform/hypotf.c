#include <math.h>

#include "CPlatform.h"

// Swift's archive of the C library's functions refers to hypotf, whose newest version came with glibc 2.35. It alone would
// keep the programs off RHEL 9, which has 2.34. Squares of floats are exact as doubles, so this is as exact as the library's.
float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) return INFINITY;
    return (float)sqrt((double)x * x + (double)y * y);
}
