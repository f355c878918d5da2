public import Devices
public import Pickle
public import Pyro

// The types in calls of devices, so that a program only needs to import this module.

public typealias AxisLimits = Devices.AxisLimits
public typealias Binning = Devices.Binning
public typealias NamedValues = Devices.NamedValues
public typealias ROI = Devices.ROI
public typealias SensorShape = Devices.SensorShape
public typealias SettingType = Devices.SettingType
public typealias Transform = Devices.Transform
public typealias TriggerMode = Devices.TriggerMode
public typealias TriggerType = Devices.TriggerType
public typealias NDArray = Pickle.NDArray
public typealias PythonDictionary = Pickle.PythonDictionary
public typealias PythonException = Pickle.PythonException
public typealias PythonValue = Pickle.PythonValue
public typealias SSLContext = Pyro.SSLContext
public typealias SSLFiles = Pyro.SSLFiles
