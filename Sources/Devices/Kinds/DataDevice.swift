internal import Pickle

/// A device that sends its measurements to the clients that registered for them.
///
/// While it is enabled its host reads the ``dataSource`` on a separate thread and passes the data on.
/// A device that ``sendsWhileDisabled`` is read for as long as it is open.
public protocol DataDevice: Device {
    /// The origin of the data: the same object for as long as the device is open.
    var dataSource: any DataSource { get }

    /// The number of data that may wait for one client before the oldest are dropped; nil for the server's default.
    var bufferLength: Int? { get }

    /// Whether data come while the device is disabled, as from an executor that reports when it is done.
    var sendsWhileDisabled: Bool { get }

    /// Stops taking data as soon as possible; data that were taken before still reach the clients.
    func abort() throws
}

extension DataDevice {
    public var bufferLength: Int? { nil }
    public var sendsWhileDisabled: Bool { false }

    /// The rows of a data device, except those by which clients register, which its host provides.
    @RemoteInterfaceBuilder
    public var dataMembers: [any RemoteMember] {
        RemoteMethod("abort", call: abort)
    }
}

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
        RemoteMethod("getValues", reads: true) { try self.values }
    }

    public var remoteMembers: [any RemoteMember] { valueLoggerMembers }
}
