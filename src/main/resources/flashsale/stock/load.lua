-- Adds buyers to the set of an epoch that is being opened. Nobody reads it before the flip.
--
-- KEYS  this epoch's set
-- ARGV  seconds after which a set that was never flipped is forgotten, then the buyers
-- Reply {'LOADED'}

local SLICE = 1000 -- unpack has a limit of a few thousand

for i = 2, #ARGV, SLICE do
  redis.call('SADD', KEYS[1], unpack(ARGV, i, math.min(i + SLICE - 1, #ARGV)))
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return {'LOADED'}
