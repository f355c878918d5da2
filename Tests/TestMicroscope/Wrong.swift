import MicroscopeServer

/// Definitions with every kind of error.
@MicroscopeBuilder var wrong: [MicroscopePart] {
    DeviceDefinition("Lamp", .ownLamp, port: 8001)
    DeviceDefinition("Lamp", .ownLamp, port: 8001)
    DeviceDefinition("my lamp", .ownLamp)
    DeviceDefinition("Wheel", .simulatedFilterWheel, port: 70_000)
    DeviceDefinition("Zyla", .andorSDK3, uid: "", port: 8002)
    DeviceDefinition("Camera", .simulatedCamera, conf: .init(sensorShape: SensorShape(width: 0, height: 5)), port: 8003)
    DeviceDefinition(
        "Specimen",
        .stageAwareCamera,
        conf: .init(stage: "Camera", filterWheel: "Whel"),
        port: 8004,
        pyro: { $0.queueLength = 0 }
    )
    DeviceGroup("Group", socket: "relative") { DeviceDefinition("Inner", .ownLamp, port: 8005) }
    DeviceDefinition("Lonely", port: 8006, uses: ["Nobody"]) { _ in OwnLamp() }
}
