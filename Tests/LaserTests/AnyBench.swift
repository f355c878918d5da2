import Devices
import Lasers
import SerialInstruments
import Testing
import Transports

typealias SerialLightSource = LightSource & SerialDevice

/// A bench whatever the laser on it.
protocol AnyBench: AnyObject, RecordableInstrument {
    /// Opens a laser, or one of the lights of a box with several.
    func openLight(leaveAsIs: Bool?) throws -> any SerialLightSource
    /// Opens a laser, or a box with several lights.
    func openDevice(leaveAsIs: Bool?) throws -> any Device
    /// Shuts down what was opened last.
    func shutDown() throws
    var laser: any SimulatedLaser { get }
    func change(_ body: (inout any SimulatedLaser) -> Void)
    func wait(until claim: (any SimulatedLaser) -> Bool) -> Bool
    func logs(_ text: String) -> Bool
    func unplug()
    func plugIn() throws
    func spoil(_ body: (inout SimulatedFaults) -> Void)
    var transcript: String { get }
    /// Where the port is.
    var path: String { get }
    func forgetTranscript()
    /// Does everything that the driver's commands can do, with answers of the simulation that are spoilt on the way.
    func exercise(_ spoil: @escaping ([UInt8]) -> [UInt8])
    /// Reads all settings, with answers that are spoilt by chance.
    func readSettings(seed: UInt64) throws
}

extension AnyBench {
    func openLight() throws -> any SerialLightSource { try openLight(leaveAsIs: nil) }
    var isSwitchedOn: Bool { laser.isSwitchedOn }
}

extension Device {
    func setting(_ name: String) throws -> Setting { try #require(settings.first { $0.name == name }) }
}
