// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A driver family: its devices, their simulation and nothing of the server.
func driver(_ name: String, _ transports: Target.Dependency...) -> Target {
    .target(
        name: name,
        dependencies: ["Devices", "Pickle", "Platform"] + transports,
        path: "Drivers/\(name)",
        exclude: ["README.md"],
        swiftSettings: settings
    )
}

/// A vendor's library as it is simulated, in C.
func simulation(_ name: String) -> Target {
    .target(name: name, dependencies: ["SimulatedSDK"], path: "Drivers/\(name)", exclude: ["README.md"])
}

/// The tests of a driver for cameras of a vendor's SDK.
func cameraTests(_ driver: String) -> Target {
    .testTarget(
        name: "\(driver)Tests",
        dependencies: [
            "Contracts", "Devices", "Pickle", "Platform", "SDKCameras", "SimulatedWorlds",
            .target(name: driver),
        ],
        swiftSettings: settings
    )
}

let package = Package(
    name: "device-server",
    products: [
        .executable(name: "device-server", targets: ["device-server"]),
        .executable(name: "devicectl", targets: ["devicectl"]),
        .executable(name: "hwprobe", targets: ["hwprobe"]),
        .library(name: "Pyro", targets: ["Pyro", "Pickle"]),
        .library(name: "Devices", targets: ["Devices"]),
        .library(name: "Server", targets: ["Server"]),
        .library(name: "MicroscopeServer", targets: ["MicroscopeServer"]),
        .library(name: "MicroscopeClient", targets: ["MicroscopeClient"]),
        // Stands in for the vendor's library in tests, under the vendor's name; nothing links to it.
        .library(name: "atcore", type: .dynamic, targets: ["SimulatedAtcore"]),
        .library(name: "dcamapi", type: .dynamic, targets: ["SimulatedDCAM"]),
        .library(name: "m3api", type: .dynamic, targets: ["SimulatedXIMEA"]),
        .library(name: "andor", type: .dynamic, targets: ["SimulatedAndor2"]),
        .library(name: "pvcam", type: .dynamic, targets: ["SimulatedPVCAM"]),
        // Loaded in front of the C library in tests with simulated USB devices; nothing links to it.
        .library(name: "virtualusb-preload", type: .dynamic, targets: ["VirtualUSBPreload"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLibUSB", pkgConfig: "libusb-1.0", providers: [.apt(["libusb-1.0-0-dev"])]),
        .systemLibrary(name: "CLibUdev", pkgConfig: "libudev", providers: [.apt(["libudev-dev"])]),
        .target(name: "CPlatform"),
        .target(name: "Platform", dependencies: ["CPlatform"], swiftSettings: settings),
        .target(name: "Pickle", swiftSettings: settings),
        .target(
            name: "Pyro",
            dependencies: [
                "COpenSSL", "CZlib", "Pickle", "Platform",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings,
            // Shared, so that the system's security updates reach an installed server.
            linkerSettings: [.linkedLibrary("z"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]
        ),
        .target(name: "Avahi", dependencies: ["Pickle"], swiftSettings: settings),
        .target(
            name: "Devices",
            dependencies: ["Pickle", "Platform"],
            exclude: ["README.md"],
            swiftSettings: settings
        ),
        .target(
            name: "Transports",
            dependencies: ["CLibUSB", "CLibUdev", "Devices", "Platform"],
            exclude: ["README.md"],
            swiftSettings: settings
        ),
        .target(
            name: "SDKCameras",
            dependencies: ["Devices", "Pickle", "Platform"],
            exclude: ["README.md"],
            swiftSettings: settings
        ),
        .target(
            name: "Contracts",
            dependencies: ["Devices", "Pickle", "Platform"],
            exclude: ["README.md"],
            swiftSettings: settings
        ),
        driver("Simulators", "ImageFiles"),
        driver("Composites"),
        driver("FilterWheels", "Transports"),
        driver("Lasers", "Transports"),
        driver("StageControllers", "Transports"),
        driver("AndorSDK3", "SDKCameras"),
        driver("AndorSDK2", "SDKCameras"),
        driver("HamamatsuDCAM", "SDKCameras"),
        driver("SimulatedGigE", "Transports"),
        driver("GenICam", "SDKCameras", "SimulatedGigE", "Transports"),
        driver("XIMEA", "SDKCameras"),
        driver("TeledynePVCAM", "SDKCameras"),
        // The kernel's header for video devices, and loops over pixels.
        .target(name: "CVideo4Linux", path: "Drivers/CVideo4Linux"),
        driver("RPiCam", "SDKCameras"),
        // Stands in for rpicam-vid and rpicam-raw.
        .executableTarget(
            name: "simulated-rpicam",
            path: "Drivers/SimulatedRPiCam",
            exclude: ["README.md"],
            linkerSettings: [.linkedLibrary("m")]
        ),
        driver("V4L2", "CVideo4Linux", "ImageFiles", "SDKCameras", "Transports"),
        // Linked into each simulated library of a vendor.
        .target(name: "SimulatedSDK", path: "Drivers/SimulatedSDK", exclude: ["README.md"]),
        simulation("SimulatedAtcore"),
        simulation("SimulatedAndor2"),
        simulation("SimulatedDCAM"),
        simulation("SimulatedXIMEA"),
        simulation("SimulatedPVCAM"),
        .target(
            name: "Server",
            dependencies: [
                "Avahi", "CYAML", "Devices", "Pickle", "Pyro", "Platform",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings,
            // The archive, so that an installed server does not need libyaml: it reads the operator's own files only.
            linkerSettings: [.linkedLibrary(":libyaml.a")]
        ),
        .target(
            name: "MicroscopeClient",
            dependencies: [
                "Avahi", "Devices", "Pickle", "Pyro", "Platform",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["README.md"],
            swiftSettings: settings
        ),
        // Loads libtiff and libpng when they are needed, so that an installed server asks for neither.
        .target(name: "CImageFiles"),
        .target(name: "ImageFiles", dependencies: ["CImageFiles", "Pickle", "Platform"], swiftSettings: settings),
        .target(
            name: "Drivers",
            dependencies: [
                "AndorSDK3", "Composites", "Devices", "FilterWheels", "HamamatsuDCAM", "Lasers", "RPiCam", "Simulators",
                "StageControllers", "TeledynePVCAM", "V4L2", "XIMEA",
                "AndorSDK3", "Composites", "Devices", "FilterWheels", "GenICam", "HamamatsuDCAM", "Lasers",
                "SimulatedGigE", "Simulators", "StageControllers", "TeledynePVCAM", "V4L2", "XIMEA",
                "AndorSDK2", "AndorSDK3", "Composites", "Devices", "FilterWheels", "HamamatsuDCAM", "Lasers",
                "Simulators", "StageControllers", "TeledynePVCAM", "V4L2", "XIMEA",
            ],
            swiftSettings: settings
        ),
        .target(
            name: "MicroscopeServer",
            dependencies: [
                "Contracts", "Devices", "Drivers", "Pickle", "Platform", "Pyro", "Server", "Transports",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["README.md"],
            swiftSettings: settings
        ),
        .executableTarget(name: "device-server", dependencies: ["MicroscopeServer"], swiftSettings: settings),
        // The program of a user, which also has its own package beside it.
        .executableTarget(
            name: "example-microscope",
            dependencies: ["MicroscopeServer"],
            path: "docs/Example/Sources/MyMicroscope"
        ),
        .target(
            name: "Probing",
            dependencies: ["Devices", "Pickle", "Platform", "Server", "Transports"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "hwprobe",
            dependencies: [
                "Devices", "Drivers", "Pickle", "Platform", "Probing", "Pyro", "Server",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "devicectl",
            dependencies: [
                "Avahi", "Devices", "Drivers", "ImageFiles", "MicroscopeClient", "Pickle", "Platform", "Pyro", "Server",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "test-server",
            dependencies: [
                "CZlib", "Devices", "Drivers", "FilterWheels", "Lasers", "Pickle", "Pyro", "Server",
                "StageControllers", "Platform", "Transports",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/TestServer",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "test-microscope",
            dependencies: ["MicroscopeServer"],
            path: "Tests/TestMicroscope",
            swiftSettings: settings
        ),
        .target(
            name: "VirtualUSB",
            dependencies: ["FilterWheels", "Platform", "Transports"],
            path: "Tests/VirtualUSB",
            swiftSettings: settings
        ),
        .target(name: "VirtualUSBPreload", path: "Tests/VirtualUSBPreload"),
        .executableTarget(
            name: "virtual-usb",
            dependencies: ["FilterWheels", "Transports", "VirtualUSB"],
            path: "Tests/VirtualUSBProgram",
            swiftSettings: settings
        ),
        .testTarget(
            name: "PickleTests",
            dependencies: ["CZlib", "Pickle"],
            exclude: ["make_protocol_0_1.py", "protocol-0-1.json"],
            swiftSettings: settings,
            linkerSettings: [.linkedLibrary("z")]
        ),
        .testTarget(name: "PyroTests", dependencies: ["Pickle", "Pyro", "Platform"], swiftSettings: settings),
        .testTarget(name: "DeviceTests", dependencies: ["Devices", "Pickle", "Platform"], swiftSettings: settings),
        cameraTests("AndorSDK3"),
        .target(
            name: "SimulatedWorlds",
            dependencies: ["Devices"],
            path: "Tests/Support/SimulatedWorlds",
            swiftSettings: settings
        ),
        cameraTests("AndorSDK2"),
        cameraTests("HamamatsuDCAM"),
        cameraTests("TeledynePVCAM"),
        cameraTests("XIMEA"),
        .testTarget(
            name: "RPiCamTests",
            dependencies: ["Contracts", "Devices", "Pickle", "Platform", "RPiCam", "SDKCameras"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "V4L2Tests",
            dependencies: [
                "Contracts", "CVideo4Linux", "Devices", "Pickle", "Platform", "SDKCameras", "Transports", "V4L2",
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "simulated-gige",
            dependencies: ["Platform", "SimulatedGigE", "Transports"],
            path: "Tests/GigEProgram",
            swiftSettings: settings
        ),
        .testTarget(
            name: "GenICamTests",
            dependencies: [
                "Contracts", "Devices", "GenICam", "Pickle", "Platform", "SDKCameras", "SimulatedGigE", "Transports",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SDKCameraTests",
            dependencies: ["Devices", "Pickle", "Platform", "SDKCameras", "SimulatedWorlds"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ContractTests",
            dependencies: ["Contracts", "Devices", "Pickle", "Simulators"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "TransportTests",
            dependencies: ["Devices", "Platform", "Transports", "VirtualUSB"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LaserTests",
            dependencies: [
                "Contracts", "Devices", "Lasers", "Pickle", "SerialInstruments", "Server", "Platform", "Transports",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Recordings"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FilterWheelTests",
            dependencies: ["Contracts", "Devices", "FilterWheels", "Pickle", "Platform", "Transports", "VirtualUSB"],
            exclude: ["Recordings"],
            swiftSettings: settings
        ),
        .target(
            name: "SerialInstruments",
            dependencies: ["Contracts", "Devices", "Pickle", "Platform", "Transports"],
            path: "Tests/Support/SerialInstruments",
            swiftSettings: settings
        ),
        .testTarget(
            name: "SerialWheelTests",
            dependencies: [
                "Contracts", "Devices", "FilterWheels", "Pickle", "SerialInstruments", "Platform", "Transports",
            ],
            exclude: ["Recordings"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "StageControllerTests",
            dependencies: [
                "Contracts", "Devices", "Pickle", "SerialInstruments", "StageControllers", "Platform", "Transports",
            ],
            exclude: ["Recordings"],
            swiftSettings: settings
        ),
        // What docs/writing-a-driver.md shows.
        .target(
            name: "ExampleWheels",
            dependencies: ["Devices", "Pickle", "Transports"],
            path: "docs/ExampleWheels/Sources",
            swiftSettings: settings
        ),
        // The examples in the articles beside the modules.
        .target(
            name: "ArticleExamples",
            dependencies: [
                "Contracts", "Devices", "MicroscopeClient", "MicroscopeServer", "Transports",
            ],
            path: "docs/Articles",
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
        ),
        .testTarget(
            name: "ExampleWheelTests",
            dependencies: ["Contracts", "Devices", "ExampleWheels", "SerialInstruments", "Transports"],
            path: "docs/ExampleWheels/Tests",
            swiftSettings: settings
        ),
        .testTarget(
            name: "ProbingTests",
            dependencies: [
                "Devices", "FilterWheels", "Lasers", "Pickle", "Platform", "Probing", "Server", "Transports",
                "VirtualUSB",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SimulatorTests",
            dependencies: ["Contracts", "Devices", "ImageFiles", "Pickle", "Simulators", "Platform"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CompositeTests",
            dependencies: ["Composites", "Contracts", "Devices", "Pickle", "Simulators", "Platform"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ImageFileTests",
            dependencies: ["ImageFiles", "Pickle"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Devices", "Drivers", "Pickle", "Pyro", "Server", "Simulators", "Platform",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MicroscopeServerTests",
            dependencies: [
                "Devices", "MicroscopeClient", "MicroscopeServer", "Pickle", "Server", "Simulators", "Platform",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ClientTests",
            dependencies: [
                "Devices", "MicroscopeClient", "Pickle", "Pyro", "Platform",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["bench.py", "leashed.py"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HardwareTests",
            dependencies: ["Contracts", "Devices", "Drivers", "MicroscopeServer", "Server"],
            path: "HardwareTests",
            exclude: ["README.md"],
            swiftSettings: settings
        ),
    ]
)
