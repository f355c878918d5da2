import MicroscopeServer

/// A camera, and a lamp with the wheel in front of it in one process.
@MainActor func serve() async {
    await Microscope {
        DeviceDefinition("Camera", .simulatedCamera, port: 8001)
        DeviceGroup(port: 8002) {
            DeviceDefinition("Wheel", .simulatedFilterWheel, conf: .init(positions: 6))
            DeviceDefinition("Lamp", .simulatedLightSource)
        }
    }
    .run()
}
