#ifndef CPLATFORM_H
#define CPLATFORM_H

/// The length of a vector of single-precision numbers.
float hypotf(float x, float y);

#endif
