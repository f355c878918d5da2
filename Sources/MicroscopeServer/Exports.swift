// The modules that definitions and drivers are written with, so that a program only needs to import this one.

@_exported public import Devices
@_exported public import Drivers
@_exported public import Logging
@_exported public import Pickle
@_exported public import Pyro
@_exported public import Server
@_exported public import Transports
