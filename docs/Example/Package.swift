// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "my-microscope",
    dependencies: [
        // Elsewhere: .package(url: "https://…/device-server", from: "…")
        .package(name: "device-server", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "my-microscope",
            dependencies: [.product(name: "MicroscopeServer", package: "device-server")],
            path: "Sources/MyMicroscope"
        )
    ]
)
