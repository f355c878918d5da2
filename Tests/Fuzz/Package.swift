// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "fuzz",
    dependencies: [.package(name: "device-server", path: "../..")],
    targets: [
        .executableTarget(
            name: "Fuzz",
            dependencies: [.product(name: "Pyro", package: "device-server")],
            swiftSettings: [.swiftLanguageMode(.v5)],
            // gold does not link libFuzzer.
            linkerSettings: [.unsafeFlags(["-use-ld=lld"])]
        )
    ]
)
