import Testing

@Suite struct SyntaxErrorTests {
    @Test(arguments: ["", "\n\n", "# nothing but a comment\n", "---\n", "~\n", "null\n"])
    func aFileWithoutContentIsEmpty(text: String) {
        #expect(errors(in: text) == ["scope.yaml: the file is empty"])
    }

    @Test func theRootIsAMapping() {
        #expect(errors(in: "- a\n- b\n") == ["scope.yaml:1:1: expected a mapping, got a list"])
        #expect(errors(in: "  words\n") == ["scope.yaml:1:3: expected a mapping, got 'words'"])
    }

    @Test func brokenYAMLIsReportedWhereItBreaks() {
        #expect(
            errors(in: "devices:\n  - driver: x\n   port: 3\n") == [
                "scope.yaml:3:4: while parsing a block collection that begins in line 2: "
                    + "did not find expected '-' indicator"
            ]
        )
        #expect(
            errors(in: "devices: [\n") == [
                "scope.yaml:2:1: while parsing a flow node that begins in line 2: "
                    + "did not find expected node content"
            ]
        )
    }

    @Test func controlCharactersAreReportedWhereTheyStand() {
        #expect(
            errors(in: "# é\ndevices:\n  - a: \u{1}\n") == ["scope.yaml:3:8: control characters are not allowed"]
        )
    }

    @Test func aSecondDocumentIsRefused() {
        #expect(
            errors(in: "devices: []\n---\ndevices: []\n") == [
                "scope.yaml:2:1: expected one document, but another one begins here"
            ]
        )
    }

    @Test func aKeyGivenTwiceIsReportedWhereItIsGivenAgain() {
        #expect(
            errors(in: "devices:\n  - name: A\n    port: 1\n    name: B\n") == [
                "scope.yaml:4:5: duplicate key 'name', already given in line 2"
            ]
        )
        #expect(
            errors(in: "1: a\n\"1\": b\n") == [
                "scope.yaml:2:1: duplicate key '1', already given in line 1"
            ]
        )
    }

    @Test func mergeKeysForeignTagsAndOddKeysAreRefusedAtTheirPlaces() {
        let text = """
            devices:
              - &laser { driver: simulated-light-source, name: A, port: 1 }
              - <<: *laser
                name: B
              - driver: simulated-camera
                name: C
                port: 2
                conf: !options {}
                settings:
                  roi: !!python/tuple [1, 2]
                  ? [1, 2]
                  : 3
                  "": 4
            """
        #expect(
            errors(in: text) == [
                "scope.yaml:3:5: devices[1]: merge keys ('<<') are not supported",
                "scope.yaml:3:5: devices[1]: missing key 'driver'",
                "scope.yaml:3:5: devices[1]: missing key 'port' (or 'socket')",
                "scope.yaml:8:11: devices[2].conf: the tag '!options' is not supported",
                "scope.yaml:10:12: devices[2].settings.roi: the tag '!!python/tuple' is not supported",
                "scope.yaml:11:9: devices[2].settings: a key must be plain text",
                "scope.yaml:13:7: devices[2].settings: a key must be plain text",
            ]
        )
    }

    @Test func anUnknownAliasIsRefused() {
        #expect(errors(in: "host: *nowhere\n") == ["scope.yaml:1:7: found undefined alias"])
    }

    @Test func aliasesOfAliasesCannotFillTheMemory() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...20 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(errors(in: text) == ["scope.yaml: there are more than 100000 values, with aliases written out"])
    }

    @Test func nestingWithoutEndIsRefused() {
        let found = errors(in: "devices: " + String(repeating: "[", count: 100_000))
        #expect(found.count == 1 && found[0].hasPrefix("scope.yaml:1:"))
    }

    @Test func aliasesThatNestTooDeeplyAreRefused() {
        func lists(_ inner: String) -> String {
            String(repeating: "[", count: 600) + inner + String(repeating: "]", count: 600)
        }
        let text = "a: &a \(lists("x"))\nb: \(lists("*a"))\n"
        #expect(errors(in: text) == ["scope.yaml:2:604: values are nested deeper than 1000"])
    }

    @Test func chainsOfAliasesAreRefused() {
        let text = "a0: &a0 [x]\n" + (1...5000).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined()
        #expect(errors(in: text) == ["scope.yaml: there are more than 100000 values, with aliases written out"])
    }

    @Test func deepNestingIsNoTrouble() {
        let text = "devices: " + String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
        #expect(errors(in: text) == ["scope.yaml:1:11: devices[0]: expected a mapping, got a list"])
    }
}
