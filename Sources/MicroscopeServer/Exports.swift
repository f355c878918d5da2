// What definitions and drivers are written with, so that a program needs to import this module alone.

@_exported public import AndorSDK3
@_exported public import Devices
@_exported public import FilterWheels
@_exported public import Lasers
public import Logging
@_exported public import Pickle
public import Pyro
@_exported public import SerialWheels
public import Server
@_exported public import Simulators
@_exported public import Stages
@_exported public import Transports

public typealias DeliveryMethod = Server.DeliveryMethod
public typealias LogLevel = Logging.Logger.Level
public typealias LogOptions = Server.LogOptions
public typealias PyroOptions = Server.PyroOptions
public typealias SerializerID = Pyro.SerializerID
