public import Devices
internal import Pickle

extension AndorSDK3Camera {
    /// Those of every camera, and what python-microscope's class has beside them.
    @RemoteInterfaceBuilder
    public var remoteMembers: [any RemoteMember] {
        cameraMembers
        RemoteMethod("set_cooling", "value", call: setCooling)
        RemoteMethod("set_num_buffers", "num", call: setBufferCount)
        // What python-microscope answers for all of them.
        RemoteMethod("get_gain") { PythonValue.none }
    }

    /// Does nothing for a camera without cooling.
    private func setCooling(_ isOn: Bool) throws {
        try call { camera in
            if try camera.canWrite("SensorCooling") { try camera.setBool("SensorCooling", to: isOn) }
        }
    }

    static var bufferCounts: ClosedRange<Int> { 1...100 }

    func setBufferCount(_ count: Int) throws {
        guard Self.bufferCounts.contains(count) else {
            throw RemoteError.value("there can be 1 to 100 buffers, and not \(count)")
        }
        try acquisition.whilePaused { acquisition.bufferCount = count }
    }
}
