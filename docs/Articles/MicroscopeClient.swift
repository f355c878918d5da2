import MicroscopeClient

/// Takes one image at each of the wheel's positions.
func images(of camera: RemoteCamera, through wheel: RemoteFilterWheel) async throws -> [NDArray] {
    var images: [NDArray] = []
    for position in 0..<(try await wheel.positionCount) {
        try await wheel.move(to: position)
        images.append(try await camera.snap().image)
    }
    return images
}

func main() async throws {
    let camera = try await RemoteCamera.connect(to: "PYRO:Camera@127.0.0.1:8001")
    let wheel = try await RemoteFilterWheel.connect(to: "PYRO:Wheel@127.0.0.1:8002")
    try await camera.setExposureTime(0.02)
    print(try await images(of: camera, through: wheel).map(\.shape))
}
