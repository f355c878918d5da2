// Access of the interface's functions to a camera and its features.
#ifndef LIBRARY_H
#define LIBRARY_H

#include "simulation.h"

#pragma GCC visibility push(hidden)

/// Finds the camera of a handle and takes its lock, unless it returns an error code.
int enter(AT_H handle, camera **camera);
/// The same for a feature of a camera that is still connected.
int enter_feature(AT_H handle, const AT_WC *name, camera **camera, const feature **feature);
void leave(camera *camera);
int check_presence(camera *camera);
/// Writes a name of the table in wide characters.
void widen(const char *name, AT_WC *wide);

#pragma GCC visibility pop

#endif
