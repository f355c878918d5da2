import MicroscopeServer

// A microscope with two cameras, a lamp with its own driver and a composite device. All hardware is simulated.
await Microscope(drivers: [Driver.ledLamp, Driver.filteredLamp], log: { $0.level = .notice }) {
    DeviceDefinition(
        "RedCamera",
        .simulatedCamera,
        conf: .init(sensorShape: SensorShape(width: 640, height: 480)),
        port: 8101,
        // Applied before the first client connects.
        settings: ["image pattern": "gradient", "gain": 4]
    )
    DeviceDefinition("BlueCamera", .simulatedCamera, port: 8102, pyro: { $0.queueLength = 8 })

    // One process for both devices.
    DeviceGroup("Stand", port: 8103) {
        DeviceDefinition("Wheel", .simulatedFilterWheel, conf: .init(positions: 3))
        DeviceDefinition("Lamp", .ledLamp, conf: .init(port: "/dev/serial/by-id/usb-Arduino-if00"), simulated: true)
    }

    // A light source for each filter, all with the same lamp and wheel.
    for (position, filter) in filters.enumerated() {
        DeviceDefinition(
            "\(filter)Light",
            .filteredLamp,
            conf: .init(lamp: "Lamp", wheel: "Wheel", position: position),
            port: 8104 + position
        )
    }

    // A function that opens, configures and returns two devices.
    DeviceSet("LeftEye", "RightEye", port: 8107, open: eyes)
}
.run()
