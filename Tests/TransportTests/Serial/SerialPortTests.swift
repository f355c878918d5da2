import Glibc
import Platform
import Testing

@testable import Transports

/// Tests over a real pseudo-terminal.
struct SerialPortTests {
    @Test func carriesEveryByteBothWays() throws {
        let simulation = try SimulatedPort(Mirror())
        let port = try simulation.open()
        let all = (0...255).map(UInt8.init)
        try port.write(all, until: .now + patience)
        var got: [UInt8] = []
        while got.count < all.count { got += try port.read(until: .now + patience) }
        #expect(got == all)
    }

    @Test func givesUpAtTheDeadline() throws {
        let simulation = try SimulatedPort(Parrot())
        let port = try simulation.open()
        let begin = ContinuousClock.now
        #expect(try port.read(until: begin + .milliseconds(30)).isEmpty)
        #expect(ContinuousClock.now - begin >= .milliseconds(30))
    }

    @Test(arguments: [9600, 19200, 115_200, 500_000, 128_000, 31_250])
    func setsAnyRate(rate: Int) throws {
        let simulation = try SimulatedPort(Parrot())
        let port = try simulation.open(PortSettings(baudRate: rate))
        let file = unsafe open(simulation.path, O_RDONLY | O_NOCTTY | O_NONBLOCK)
        defer { close(file) }
        try #require(file >= 0)
        #expect(TerminalSpeed.current(of: file) == rate)
        withExtendedLifetime(port) {}
    }

    @Test func setsWhatTheDeviceNeeds() throws {
        let simulation = try SimulatedPort(Parrot())
        let port = try simulation.open(PortSettings(baudRate: 9600, stopBits: .two, flowControl: .software))
        let file = unsafe open(simulation.path, O_RDONLY | O_NOCTTY | O_NONBLOCK)
        defer { close(file) }
        var settings = termios()
        let status = unsafe tcgetattr(file, &settings)
        try #require(status == 0)
        #expect(settings.c_cflag & tcflag_t(CSTOPB) != 0)
        #expect(settings.c_cflag & tcflag_t(HUPCL) == 0)
        #expect(settings.c_iflag & tcflag_t(IXON | IXOFF) == tcflag_t(IXON | IXOFF))
        #expect(settings.c_iflag & tcflag_t(ICRNL) == 0)
        #expect(settings.c_lflag & tcflag_t(ICANON | ECHO | ISIG) == 0)
        #expect(settings.c_oflag & tcflag_t(OPOST) == 0)
        withExtendedLifetime(port) {}
    }

    @Test func keepsOthersOutAndNamesTheHolder() throws {
        let simulation = try SimulatedPort(Parrot())
        let port = try simulation.open()
        #expect(throws: SerialError.busy(holder: "another device of this process")) { try simulation.open() }
        port.close()
        #expect(throws: Never.self) { try simulation.open() }
    }

    @Test func namesAnotherProgramThatHoldsIt() throws {
        let simulation = try SimulatedPort(Parrot())
        let folder = try Folder()
        let gate = "\(folder.path)/gate"
        unsafe mkfifo(gate, 0o600)
        guard let pipe = unsafe popen("flock '\(simulation.path)' sh -c 'echo held; read line <\(gate)'", "r") else {
            throw SerialError.cannotOpen("no shell")
        }
        defer {
            // Opening the other end lets the program finish.
            close(unsafe open(gate, O_WRONLY))
            unsafe pclose(pipe)
        }
        // Its line shows that it has the lock.
        guard unsafe fgetc(pipe) != EOF else { throw SerialError.cannotOpen("no flock") }
        let error = try #require(throws: SerialError.self) { try simulation.open() }
        guard case .busy(let holder) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(holder.contains("(process "), "\(holder)")
    }

    /// A terminal program, which neither locks a port nor sets its exclusive mode.
    @Test func findsAProgramThatHasItOpenWithoutALock() throws {
        let simulation = try SimulatedPort(Parrot())
        let folder = try Folder()
        let gate = "\(folder.path)/gate"
        unsafe mkfifo(gate, 0o600)
        let program = "exec 3<>'\(simulation.path)'; echo open; read line <'\(gate)'"
        guard let pipe = unsafe popen(program, "r") else { throw SerialError.cannotOpen("no shell") }
        guard unsafe fgetc(pipe) != EOF else { throw SerialError.cannotOpen("no shell") }
        var before = termios()
        var after = termios()
        let file = unsafe open(simulation.path, O_RDONLY | O_NOCTTY | O_NONBLOCK)
        defer { close(file) }
        unsafe tcgetattr(file, &before)
        for _ in 0..<2 {
            let error = #expect(throws: SerialError.self) { try simulation.open(PortSettings(baudRate: 1200)) }
            let text = "\(error, default: "")"
            #expect(text.hasPrefix("is in use by sh (process "), "\(text)")
            #expect(text.hasSuffix("), which has it open without locking it"), "\(text)")
        }
        // Its settings are unchanged, and nothing was sent.
        unsafe tcgetattr(file, &after)
        #expect(unsafe cfgetospeed(&after) == cfgetospeed(&before))
        #expect(simulation.transcript.isEmpty)
        close(unsafe open(gate, O_WRONLY))
        unsafe pclose(pipe)
        #expect(throws: Never.self) { try simulation.open() }
    }

    @Test func aLinkDoesNotReplaceAFile() throws {
        let folder = try Folder()
        let file = "\(folder.path)/notes"
        try ReplacingFile.write(Array("a year of work".utf8), to: file)
        #expect(throws: SerialError.self) { try SimulatedPort(Parrot(), link: file) }
        #expect(FileSystem.text(of: file) == "a year of work")
    }

    @Test func isLostWhenItIsUnplugged() throws {
        let simulation = try SimulatedPort(Parrot())
        let port = try simulation.open()
        #expect(!port.isLost)
        simulation.unplug()
        #expect(port.isLost)
        #expect(throws: SerialError.self) { try port.write([13], until: .now + patience) }
        #expect(throws: SerialError.lost("unplugged")) { try port.read(until: .now + patience) }
    }

    @Test func noticesUnpluggingWhileItWaits() throws {
        let simulation = try SimulatedPort(Parrot())
        let port = try simulation.open()
        let puller = try BlockingThread.start("puller") {
            Pause.wait(for: .milliseconds(20))
            simulation.unplug()
        }
        #expect(throws: SerialError.lost("unplugged")) { try port.read(until: .now + patience) }
        #expect(puller.join(within: patience))
    }

    @Test func saysWhatIsNoPort() throws {
        let error = try #require(throws: SerialError.self) {
            try SerialPort(path: "/dev/ttyNone", settings: .init(baudRate: 9600))
        }
        #expect("\(error)".contains("is the adapter plugged in?"))
        #expect(throws: SerialError.cannotOpen("/dev/null is not a serial port")) {
            try SerialPort(path: "/dev/null", settings: .init(baudRate: 9600))
        }
    }

    /// A device that sends every byte back.
    private struct Mirror: SimulatedInstrument {
        func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput] {
            [SimulatedOutput(bytes)]
        }
    }
}
