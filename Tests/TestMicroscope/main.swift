import Glibc
import MicroscopeServer

/// A test's choice in the environment.
private func wanted(_ name: String) -> String { unsafe getenv(name).map { unsafe String(cString: $0) } ?? "" }

// A user's program for tests, with a microscope for each of them.
await Microscope(drivers: [Driver.ownLamp], log: { $0.level = .info }) {
    switch wanted("TEST_MICROSCOPE") {
    case "wrong": wrong
    case "options":
        DeviceDefinition("Lamp", .ownLamp, socket: wanted("TEST_SOCKET"), settings: ["label": "left"], enable: true)
        DeviceDefinition("Locked", .ownLamp, port: 0, pyro: { $0.hmacKey = Array("secret".utf8) })
        floatingCameras(["SIM-2", "SIM-1"])
    case "functions":
        DeviceSet("Camera", "Lamp", port: 0, open: cameraAndLamp)
        DeviceDefinition("Follower", port: 0, uses: ["Lamp"]) { context in
            Follower(try PartOption<PartLightSource>("Lamp").open(context))
        }
        DeviceDefinition("Broken", port: 0) { _ -> OwnLamp in throw DeviceError(.initialise, "there is no bulb in it") }
    case "changing":
        // Different in the processes that serve it.
        DeviceDefinition(CommandLine.arguments.contains("worker") ? "Other" : "Lamp", .ownLamp, port: 0)
    default:
        DeviceDefinition("Lamp", .ownLamp, port: 0)
    }
}
.run()
