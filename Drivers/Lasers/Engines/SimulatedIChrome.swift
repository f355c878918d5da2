public import Transports

/// A simulated iChrome MLE with three lasers and the parameters of versions 1.8.1 to 2.3.1 of its firmware.
///
/// Names, types and access are those of Toptica's own library (toptica-lasersdk 3.3.0, `ichrome_mle`).
public struct SimulatedIChrome: SimulatedInstrument, SimulatedLaser {
    /// The lasers by the numbers of their places.
    private var places: Set<Int> = [1, 2, 4]
    /// The values of all parameters, as the console writes them.
    private var values: [String: String] = [:]
    private var access: [String: Access] = [:]
    /// Whether it echoes what it receives; Ctrl-R switches the echo off, and only a power cycle on again.
    public var echoes = true
    /// The start of an expression whose end has not come, perhaps from another program.
    public var input: [UInt8] = []
    public var isInterlockOpen = false { didSet { if isInterlockOpen { switchAllOff() } } }
    public var isKeyOn = true { didSet { if !isKeyOn { switchAllOff() } } }

    private enum Access: Codable { case read, write, set }

    public init() { self.init(lasers: [1, 2, 4]) }

    /// Makes a box with lasers at some of its places.
    public init(lasers numbers: Set<Int>) {
        places = numbers
        for row in Self.boxRows { add(row, prefix: "") }
        for number in places {
            for row in Self.laserRows { add(row, prefix: "laser\(number):") }
            values["laser\(number):label"] = "\"\([1: "405", 2: "488", 3: "561", 4: "640"][number] ?? "785") nm\""
        }
    }

    private mutating func add(_ row: String, prefix: String) {
        let words = row.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3 else { return }
        access[prefix + words[0]] = words[1] == "w" ? .write : words[1] == "s" ? .set : .read
        values[prefix + words[0]] = words[2]
    }

    public var isSwitchedOn: Bool { places.contains { isEmitting($0) } }
    public func isEmitting(at _: ContinuousClock.Instant) -> Bool { isSwitchedOn }
    /// Whether a laser is enabled.
    public func isEnabled(_ number: Int) -> Bool { flag("laser\(number):enable") }

    private func isEmitting(_ number: Int) -> Bool {
        isEnabled(number) && (flag("laser\(number):cw") || flag("laser\(number):use-ttl"))
    }

    private func flag(_ name: String) -> Bool { values[name] == "#t" }

    private mutating func setAll(_ parameter: String, _ value: String) {
        for number in places { values["laser\(number):\(parameter)"] = value }
    }

    public mutating func startByItself() { setAll("enable", "#t") }
    public mutating func forgetPower() { setAll("level", "100.0") }

    public mutating func forgetTrigger() {
        setAll("cw", "#t")
        setAll("use-ttl", "#f")
    }

    private mutating func switchAllOff() { setAll("enable", "#f") }

    /// Switches off both modes of emission of all lasers.
    public mutating func forgetGates() {
        setAll("cw", "#f")
        setAll("use-ttl", "#f")
    }

    // MARK: The console

    /// An expression may extend over lines; Ctrl-C drops what there is of it, Ctrl-R switches the echo off.
    public mutating func receive(_ bytes: [UInt8], at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        var sent: [UInt8] = []
        for byte in bytes {
            switch byte {
            case 0x12: echoes = false
            case 0x03:
                input = []
                sent += Array("\r\n> ".utf8)
            case 0x0A:
                if echoes { sent += [0x0D, 0x0A] }
                let text = String(decoding: input, as: UTF8.self)
                let depth = text.reduce(0) { $0 + ($1 == "(" ? 1 : $1 == ")" ? -1 : 0) }
                guard depth <= 0 else {
                    input.append(0x20)
                    continue
                }
                input = []
                guard text.contains(where: { $0 != " " }) else { continue }
                sent += Array(((evaluate(text) ?? "Error: \(text) cannot be evaluated") + "\r\n> ").utf8)
            case 0x0D: continue
            default:
                input.append(byte)
                if echoes { sent.append(byte) }
            }
        }
        return sent.isEmpty ? [] : [SimulatedOutput(sent)]
    }

    private mutating func evaluate(_ text: String) -> String? {
        guard text.hasPrefix("("), text.hasSuffix(")") else { return nil }
        let words = Self.words(String(text.dropFirst().dropLast()))
        guard words.count >= 2, words[1].hasPrefix("'") else { return nil }
        let name = String(words[1].dropFirst())
        switch words[0] {
        case "param-ref", "param-disp": return words.count == 2 ? value(name) : nil
        case "param-set!": return words.count == 3 ? set(name, words[2]) : nil
        case "exec": return execute(name)
        default: return nil
        }
    }

    /// The words of an expression, of which texts in quotation marks are one each.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = "", isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == " ", !isQuoted {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    private func value(_ name: String) -> String? {
        let state = isInterlockOpen ? "interlock open" : isKeyOn ? "OK" : "key off"
        switch name {
        case "interlock": return isInterlockOpen ? "#f" : "#t"
        case "all:ready": return isInterlockOpen || !isKeyOn ? "#f" : "#t"
        default: break
        }
        guard let stored = values[name] else { return nil }
        switch name.split(separator: ":").last {
        case "status-txt" where name.hasPrefix("laser"): return "\"\(state)\""
        case "ready" where name.hasPrefix("laser"): return isInterlockOpen || !isKeyOn ? "#f" : "#t"
        default: return stored
        }
    }

    private mutating func set(_ name: String, _ value: String) -> String? {
        guard let access = access[name], access != .read, let old = values[name] else { return nil }
        guard Self.isAlike(value, old) else { return "-1" }
        let flag = value == "#t"
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        switch parts.count > 1 ? parts[1] : "" {
        case "enable" where parts[0] == "all": setAll("enable", flag && !isInterlockOpen && isKeyOn ? "#t" : "#f")
        case "enable" where flag && parts[0].hasPrefix("laser") && (isInterlockOpen || !isKeyOn): return "-3"
        case "cw" where flag && self.flag("\(parts[0]):use-ttl"): return "-2"
        case "use-ttl" where flag && self.flag("\(parts[0]):cw"): return "-2"
        case "level":
            guard let level = value.number, (0...100).contains(level) else { return "-1" }
            values[name] = level.text(places: 1)
            return "0"
        default: break
        }
        values[name] = value
        return "0"
    }

    /// Whether a value has the type of another: a flag, a text or a number.
    private static func isAlike(_ value: String, _ other: String) -> Bool {
        if other.hasPrefix("#") { return value == "#t" || value == "#f" }
        if other.hasPrefix("\"") { return value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"") }
        return value.number != nil
    }

    /// Runs a command; those that return a number return 0.
    private func execute(_ name: String) -> String? {
        let parts = name.split(separator: ":").map(String.init)
        guard let command = parts.last else { return nil }
        if parts.count == 1 { return Self.boxCommands.contains(command) ? "()" : nil }
        guard parts[0].hasPrefix("laser") else { return Self.boxCommands.contains(name) ? "()" : nil }
        guard values["\(parts[0]):label"] != nil, Self.laserCommands.contains(command) else { return nil }
        return command.hasPrefix("check-") ? "0.0" : "()"
    }
}

extension SimulatedIChrome {
    /// Name, access (r to read, w to write as well, s to set) and value of the parameters of the box.
    private static let boxRows = """
        serial-number r "MLE-04711"
        system-type r "iChrome-MLE"
        system-model r "iChrome MLE-LFA"
        system-label w ""
        fw-ver r "2.3.1"
        decof-ver r "2.3.1"
        uptime r 4711
        uptime-txt r "01:18:31"
        time w "2020-01-01T00:00:00Z"
        interlock r #t
        photodiode2 r 0
        voltage r 12.0
        current r 1.2
        base-temp r 25.3
        led-mode w 1
        tan r 1
        ul w 3
        all:enable w #f
        all:enable-led r #f
        all:cw w #t
        all:analog-mode w #f
        all:use-ttl w #f
        all:ttl-active-high w #t
        all:ttl-master-mode w #f
        all:ready r #t
        all:fault r #f
        dpss:dac8 w 0
        dpss:current r 0.0
        dpss:power r 0.0
        dpss:analog-clip w #f
        ibeam:attached w #f
        ibeam:serial r ""
        ibeam:laser-on-time r ""
        ibeam:power-up-time r ""
        ibeam:cmd-timeout w 100
        ibeam:update-delay w 100
        ibeam:search-delay w 100
        tec-d:enable w #t
        tec-d:status r 0
        tec-d:status-txt r "OK"
        tec-d:fault r #f
        tec-d:temp s 25.0
        tec-l:enable w #t
        tec-l:status r 0
        tec-l:status-txt r "OK"
        tec-l:fault r #f
        tec-l:temp s 25.0
        powermon:int r 0.0
        powermon:fiber r 0.0
        powermon:coupling r 0.0
        powermon:cal r 0.0
        powermon:ext r 0.0
        powermon:signal r 0.0
        powermon:signal-source w "int"
        shutter:closed r #f
        shutter:force-closed w #f
        switch:internal w #t
        switch:port w 1
        buzzer:welcome w ""
        net-conf:ip-addr r "192.168.54.84"
        net-conf:net-mask r "255.255.255.0"
        net-conf:mac-addr r "00:11:22:33:44:55"
        net-conf:dhcp r #t
        net-conf:cmd-port r 1998
        net-conf:mon-port r 1999
        """.split(separator: "\n").map(String.init)

    /// The parameters of each laser.
    private static let laserRows = """
        label r ""
        type r "iBeam"
        enable w #f
        cw w #t
        ready r #t
        fault r #f
        clip r #f
        status r 0
        status-txt r "OK"
        level w 10.0
        raw-level w 410
        analog-mode w #f
        use-ttl w #f
        fine:enable w #f
        fine:a w 0.0
        fine:b w 0.0
        delay w 5
        entime r 123456
        entime-txt r "0034:17:36"
        sensorgain w 1
        internal100 w 4095
        diode:diode-type w "LD"
        diode:biascur w 20.0
        diode:curampl w 80.0
        diode:cursetfactor w 1
        diode:cur r 0.0
        diode:volt r 0.0
        diode:maxcur r 150.0
        diode:compcur w 0.0
        diode:enable w #t
        """.split(separator: "\n").map(String.init)

    private static let laserCommands: Set<String> = [
        "reset-clip", "store-config", "gen-lookup", "disp-lookup", "store-lookup", "load-lookup", "clear-lookup",
        "check-lookup", "set-internal100", "set-external100", "check-level", "recalibrate", "store-calibration", "wait",
        "restore-settings",
    ]

    private static let boxCommands: Set<String> = [
        "hello", "save-counters", "debuglog", "servicelog", "errorlog", "summary", "service-report", "read-config",
        "all:reset-clip", "all:recalibrate", "all:store-config", "all:restore-settings", "buzzer:play-welcome",
        "buzzer:play", "tec-d:store-config", "tec-l:store-config", "switch:store-config",
    ]
}
