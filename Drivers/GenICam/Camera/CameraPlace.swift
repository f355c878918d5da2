internal import Devices
internal import Platform
internal import SDKCameras
internal import SimulatedGigE
internal import Transports

/// The way to a camera: what it is chosen by, and where it is now.
enum CameraPlace: Sendable {
    /// The camera of a serial number, a name given by its user, or a hardware address.
    case serial(String), userID(String), mac(String)
    /// An address, and the serial number that the camera there must have.
    case known(IPv4Address, serial: String?)
    case simulated(SimulatedGigECamera)

    /// As errors show it.
    var description: String {
        switch self {
        case .serial(let serial): "the camera with serial number \(serial)"
        case .userID(let name): "the camera with the user's name \(name)"
        case .mac(let mac): "the camera with hardware address \(mac)"
        case .known(let address, _): "the camera at \(address)"
        case .simulated(let camera): "the simulated camera \(camera.serial)"
        }
    }

    /// An id by which Aravis opens the camera, and the serial number that it must have.
    func locate(_ library: AravisLibrary) throws -> (id: String, serial: String?) {
        switch self {
        case .simulated(let camera): return ("\(camera.address)", camera.serial)
        case .known(let address, let serial): return ("\(address)", serial)
        case .serial, .userID, .mac:
            // Questions and answers of several programs at once would get mixed up.
            return try MachineTurn("genicam-discovery").take(within: .seconds(20)) {
                let seen = GigEDiscovery.cameras()
                if let camera = seen.first(where: isMatch) { return try place(of: camera) }
                return try onUSB(library, seen)
            }
        }
    }

    private func isMatch(_ camera: GigEDescription) -> Bool {
        switch self {
        case .serial(let serial): camera.serial == serial
        case .userID(let name): camera.userName == name
        case .mac(let mac): camera.mac == mac.lowercased().replacing("-", with: ":")
        case .known, .simulated: false
        }
    }

    /// The address of a camera: by it Aravis takes the network card that the camera is at.
    private func place(of camera: GigEDescription) throws -> (String, String?) {
        guard camera.isInNetworkOfCard else {
            let card = camera.card.map { "\($0.name) with \($0.address), mask \($0.mask)" } ?? "its card"
            throw DeviceError(
                .initialise,
                """
                \(description) is at \(camera.address), outside of the network of \(card): give it another address \
                (hwprobe --force-ip \(camera.mac) ADDRESS), or the card
                """
            )
        }
        return ("\(camera.address)", camera.serial.isEmpty ? nil : camera.serial)
    }

    private func onUSB(_ library: AravisLibrary, _ seen: [GigEDescription]) throws -> (String, String?) {
        let listed = library.list().filter { $0.transport == "USB3Vision" }
        if case .serial(let serial) = self, let camera = listed.first(where: { $0.serial == serial }) {
            return (camera.id, serial)
        }
        let all = seen.map { "\($0.model) \($0.serial) at \($0.address)" } + listed.map { "\($0.model) \($0.serial)" }
        throw DeviceError(
            .initialise,
            "\(description) was not found; seen: \(all.isEmpty ? "none" : all.joined(separator: ", "))"
        )
    }
}
