// A server for tests alone: the reference object of pyro4_probe.py, a factory for devices made on demand, and
// single simulated instruments for the programs of others.
import Devices
import Glibc
import Logging
import Pickle
import Platform
import Pyro
import Server

if let program = InstrumentProgram(Array(CommandLine.arguments.dropFirst())) {
    try program.run()
    exit(0)
}

var log = Logger(label: "test-server") { StreamLogHandler.standardError(label: $0) }
log.logLevel = .notice
let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 0
let server = try DeviceServer(at: .tcp(host: "127.0.0.1", port: port), log: log)
server.register(ReferenceProbe(), as: "Reference")
for name in ["a", "b"] { server.register(ReferenceChild(name), as: ReferenceProbe.childID(name)) }
server.register(Factory(server), as: "Factory")
server.start()
print(server.uri(of: "Reference").text)
fflush(nil)
// Runs until its input is closed.
while readLine() != nil {}
server.stop()
