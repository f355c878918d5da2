import Glibc
import Platform
import SimulatedGigE
import Transports

// A simulated GigE camera as a program of its own: MODEL SERIAL [ADDRESS]. It writes its address and obeys lines of its
// standard input, until that ends.
let arguments = CommandLine.arguments
guard arguments.count >= 3, let model = CameraModel(arguments[1]) else {
    fatalError("usage: simulated-gige \(CameraModel.names.joined(separator: "|")) SERIAL [ADDRESS]")
}
let wanted = arguments.count > 3 ? IPv4Address(arguments[3]) : nil
let rate = Double(Environment["LINE_RATE"] ?? "") ?? 118_000_000
let camera = try SimulatedGigECamera(
    model,
    serial: arguments[2],
    address: wanted,
    lineRate: rate,
    isDiscoverable: true
)
print(camera.address, camera.mac)
// A reader at a pipe waits for each line.
fflush(nil)
while let line = readLine() {
    let words = line.split(separator: " ").map(String.init)
    let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
    var faults = camera.faults
    switch words.first {
    case "lose": faults.lostPerMille = number
    case "refuse": faults.refusesResend = number != 0
    case "silent": faults.isSilent = number != 0
    case "slow": faults.delay = .milliseconds(number)
    case "drop": camera.dropControl()
    case "vanish": camera.vanish()
    case "back": try camera.comeBack(at: words.count > 1 ? IPv4Address(words[1]) : nil)
    case "line": camera.signal(line: number)
    case "register": print(camera.register(number))
    default: print("unknown order \(line)")
    }
    camera.faults = faults
    print("done")
    fflush(nil)
}
camera.close()
