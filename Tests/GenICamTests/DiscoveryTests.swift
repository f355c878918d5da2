import Devices
import SimulatedGigE
import Testing
import Transports

@testable import GenICam

@Suite(.serialized) struct DiscoveryTests {
    private func discoverable(_ serial: String, userName: String = "") throws -> SimulatedGigECamera {
        try SimulatedGigECamera(
            #require(CameraModel("classic")),
            serial: serial,
            userName: userName,
            isDiscoverable: true
        )
    }

    @Test func camerasDescribeThemselves() throws {
        let camera = try discoverable("DISC-1", userName: "eye")
        defer { camera.close() }
        let found = try #require(GigEDiscovery.cameras().first { $0.serial == "DISC-1" })
        #expect((found.vendor, found.model, found.userName) == ("Simulated", "SG-1296 classic", "eye"))
        #expect((found.address, found.mac) == (camera.address, camera.mac))
        #expect(found.isInNetworkOfCard)
        #expect(GigEDiscovery.isControlled(camera.address) == false)
    }

    @Test func theyAreChosenBySerialNumberNameOrHardwareAddress() throws {
        let (one, two) = (try discoverable("DISC-2", userName: "one"), try discoverable("DISC-3", userName: "two"))
        defer {
            one.close()
            two.close()
        }
        let library = try AravisLibrary.installed(nil)
        let places: [CameraPlace] = [.serial("DISC-3"), .userID("two"), .mac(two.mac.uppercased())]
        for place in places {
            let (id, serial) = try place.locate(library)
            #expect((id, serial) == ("\(two.address)", "DISC-3"))
        }
        let error = #expect(throws: DeviceError.self) { _ = try CameraPlace.serial("DISC-9").locate(library) }
        #expect(error?.message.contains("DISC-2 at \(one.address)") == true)
    }

    @Test func anAddressIsGivenOnlyToTheCameraThatIsMeant() throws {
        let (one, two) = (try discoverable("DISC-4"), try discoverable("DISC-5"))
        defer {
            one.close()
            two.close()
        }
        let (stays, moved) = (one.address, IPv4Address(two.address.number &+ 0x4000))
        let mask = try #require(IPv4Address("255.0.0.0"))
        #expect(GigEDiscovery.forceIP(mac: two.mac, address: moved, mask: mask))
        #expect((one.address, two.address) == (stays, moved))
        #expect(!GigEDiscovery.forceIP(mac: "no address", address: moved, mask: mask))
    }
}
