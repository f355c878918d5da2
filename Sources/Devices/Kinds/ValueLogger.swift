internal import Pickle

/// Sensors whose readings are sent to clients as lists of numbers, one for each sensor.
public protocol ValueLogger: DataDevice {
    var sensorCount: Int { get }
    /// The latest readings.
    var values: [Double] { get throws }
}

extension ValueLogger {
    @RemoteInterfaceBuilder
    public var valueLoggerMembers: [any RemoteMember] {
        deviceMembers
        dataMembers
        RemoteMethod("get_num_sensors") { self.sensorCount }
        RemoteMethod("getValues") { try self.values }
    }

    public var remoteMembers: [any RemoteMember] { valueLoggerMembers }
}
