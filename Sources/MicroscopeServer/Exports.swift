// What definitions and drivers are written with, so that a program needs to import this module alone.

@_exported public import AndorSDK3
@_exported public import Composites
@_exported public import Devices
@_exported public import FilterWheels
@_exported public import Lasers
@_exported public import Logging
@_exported public import Pickle
@_exported public import Pyro
@_exported public import Server
@_exported public import Simulators
@_exported public import StageControllers
@_exported public import Transports
