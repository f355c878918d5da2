internal import Pickle

/// A device that sends what it measures to the clients that registered for it.
///
/// While it is enabled its host reads the ``dataSource`` on a thread of its own and passes on what comes.
/// A device that ``sendsWhileDisabled`` is read for as long as it is open.
public protocol DataDevice: Device {
    /// Where the data come from: the same object for as long as the device is open.
    var dataSource: any DataSource { get }

    /// How many data may wait for one client before the oldest of them are dropped for it; nil for the server's number.
    var bufferLength: Int? { get }

    /// Whether data come although nobody enabled the device, as from an executor that says when it is done.
    var sendsWhileDisabled: Bool { get }

    /// Stops taking data as soon as possible; what was taken already still reaches the clients.
    func abort() throws
}

extension DataDevice {
    public var bufferLength: Int? { nil }
    public var sendsWhileDisabled: Bool { false }

    /// The rows of a data device, but for those by which clients register: these are its host's.
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
        RemoteMethod("getValues") { try self.values }
    }

    public var remoteMembers: [any RemoteMember] { valueLoggerMembers }
}
