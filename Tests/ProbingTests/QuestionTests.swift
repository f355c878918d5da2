import Devices
import Lasers
import Probing
import Testing
import Transports

/// Real lines: pseudo-terminals with a simulated laser at the other end.
struct QuestionTests {
    @Test func aLaserTellsItsSerialNumber() throws {
        let laser = try SimulatedPort(SimulatedCobolt())
        let world = try MadeUpMachine()
        let inventory = Inventory(of: world.machine, DriverCatalog([]))
        let question = Question(laser.path, Driver.cobolt, inventory, on: world.machine)
        #expect(question.problem == nil)
        #expect(question.serial?.isEmpty == false)
    }

    @Test func whatIsHeldIsNotAsked() throws {
        let world = try MadeUpMachine()
        world.plugIn("1-2", "0403:6001", ["serial": "A5"])
        world.addPort("ttyUSB0", at: "1-2")
        world.addProcess(7, "minicom", has: ["/dev/ttyUSB0"])
        let inventory = Inventory(of: world.machine, DriverCatalog([]))
        let question = Question("usb:A5", Driver.cobolt, inventory, on: world.machine)
        #expect(question.problem == "/dev/ttyUSB0 is in use by minicom (process 7) and was not opened")
        #expect(question.serial == nil)
    }

    @Test(arguments: ["ttyUSB0", "usb:NONE", "/dev/null", "/nowhere"]) func whatIsNoPortIsAProblem(port: String) throws
    {
        let world = try MadeUpMachine()
        let inventory = Inventory(of: world.machine, DriverCatalog([]))
        #expect(Question(port, Driver.cobolt, inventory, on: world.machine).problem != nil)
    }

    @Test func wheelsHaveNothingToAsk() throws {
        let world = try MadeUpMachine()
        let inventory = Inventory(of: world.machine, DriverCatalog([]))
        let wheel = try #require(TestDrivers.all["zwo-efw"])
        let question = Question("/dev/null", wheel, inventory, on: world.machine)
        #expect(question.problem == "zwo-efw does not use serial ports")
    }
}
