module pulumi-swarm.invalid/toolchain/silo-stand-in

go 1.26.0
