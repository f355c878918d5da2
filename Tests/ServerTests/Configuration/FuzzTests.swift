import Server
import Testing

/// Whatever stands in a file, reading it ends with a configuration or with errors that have a place.
@Suite struct FuzzTests {
    @Test(arguments: 0..<8)
    func mutationsNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<250 {
            var bytes = Array(seeds.randomElement(using: &random)!.utf8)
            for _ in 0...Int.random(in: 0...4, using: &random) { mutate(&bytes, &random) }
            let text = String(decoding: bytes, as: UTF8.self)
            let found = errors(in: text)
            #expect(found.allSatisfy { $0.hasPrefix("scope.yaml:") && !$0.contains("\n") })
            #expect(found == errors(in: text), "reading the same text gives the same errors")
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(place + Int.random(in: 0...6, using: &random), bytes.count)
        let pieces = [
            "", " ", "\n", ":", "- ", "[", "]", "{", "}", "'", "\"", "&a ", "*a", "!!", "!", "|", ">", "#", "? ", "%",
            "<<: ",
            "\t", "\u{0}", "é", "\\", "0", "-1", "999999999999999999999", ".inf", "1e999", "null", "true", ", ",
            "---\n",
        ]
        bytes.replaceSubrange(place..<end, with: Array(pieces.randomElement(using: &random)!.utf8))
    }

    private let seeds = [
        """
        host: 127.0.0.1
        pyro: { serializers: [pickle, json], max_message_size: 64 MiB, comm_timeout: 1.5, name_server: "pc:9" }
        log: { directory: logs, level: info, keep: 2 }
        devices:
          - driver: simulated-camera
            name: A
            port: 8001
            conf: { sensor_shape: [64, 32] }
            settings: { gain: 8, roi: [0, 0, 1, 1] }
          - name: Stand
            socket: /run/stand
            devices:
              - { name: W, driver: simulated-filter-wheel, conf: { positions: 6 } }
        """,
        """
        devices:
          - driver: simulated-controller
            name: C
            port: 1
            conf:
              devices:
                s: { driver: simulated-stage, conf: { limits: { x: [0, 1], y: [-1.5, 2e3] } } }
                e:
                  driver: everything
                  conf: { flag: true, text: a, number: 1, small: 1, mode: fast, inner: { port: x }, either: 5 }
        """,
    ]
}
